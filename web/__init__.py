"""The only public process: the API of docs/api.md, the widget's files, the demo page, the staff desk."""
