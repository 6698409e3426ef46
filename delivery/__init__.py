"""The worker that tells staff and visitors what the outbox holds. One file per channel; docs/delivery.md."""
