"""Examples for the OpenAPI document, by the name of the shape; a test holds each against its shape."""

from typing import Any

CONVERSATION = "c_5f0c2b7a9d3e4f61a2b3c4d5e6f70819"
AT = "2026-11-24T10:15:30.120000+00:00"
MESSAGE: dict[str, Any] = {
    "id": "m_0f8a2c1d4e5b6978a0b1c2d3e4f50617",
    "author": "bot",
    "at": AT,
    "text": "SMP is semi-permanent. The results may hold for several years.",
    "choices": [{"id": "book", "title": "Arrange a consultation", "topic": "book_consultation"}],
    "asks_for": None,
    "topics": ["longevity"],
    "sources": ["F21"],
}
LEAD: dict[str, Any] = {
    "reference": "SMP-7KQF2M",
    "status": "new",
    "created_at": AT,
    "updated_at": AT,
    "name": "Tom Baker",
    "phone": "+447700900123",
    "email": None,
    "concern": {"category": "receding_hairline", "text": "my temples"},
    "preferred_time": {
        "text": "Friday morning",
        "start": "2026-11-27T09:30:00+00:00",
        "end": "2026-11-27T12:00:00+00:00",
        "timezone": "Europe/London",
    },
    "confirmed_time": {"start": None, "end": None},
    "consent": {"given": True, "text": "I agree that ...", "version": "2026-1", "at": AT},
    "for_someone_else": True,
    "for_whom": "my dad",
    "asked_by": "Gary Baker",
    "remarks": ["he is hard of hearing"],
    "questions": ["longevity", "price"],
    "open_questions": ["Do you take cards?"],
    "urgent": False,
    "conversation": CONVERSATION,
    "page": "https://clinic.example/smp",
    "assignee": None,
    "notes": [],
    "deliveries": [
        {
            "id": "dlv_6a1f",
            "channel": "email_staff",
            "event": "lead.created",
            "state": "sent",
            "attempts": 1,
            "last_error": None,
            "request": "9f2c4e6a8b0d1f3a5c7e9b1d3f5a7c9e",
            "at": AT,
        }
    ],
}
SUMMARY: dict[str, Any] = {
    "id": CONVERSATION,
    "state": "waiting",
    "staff": None,
    "urgent": False,
    "urgent_at": None,
    "waiting_since": AT,
    "created_at": AT,
    "updated_at": AT,
    "page": "https://clinic.example/smp",
}

SHAPES: dict[str, dict[str, Any]] = {
    "Start": {"page": "https://clinic.example/smp"},
    "Opened": {"id": CONVERSATION, "token": "hXF64aqOBvFEsEawvWX4Okr25q7peniq3l-rM2k8qCo", "messages": [MESSAGE]},
    "Post": {"text": "How long does it last?"},
    "Message": MESSAGE,
    "Talk": {"messages": [MESSAGE], "state": "bot", "staff": None},
    "Feedback": {"helpful": True},
    "Contact": {
        "name": "Tom Baker",
        "phone": "07700 900123",
        "text": "Please call me about my hairline.",
        "consent": True,
        "page": "https://clinic.example/smp",
    },
    "Left": {"reference": "SMP-7KQF2M"},
    "WidgetProfile": {
        "clinic": "Northlight Scalp Studio",
        "phone": "0161 496 0123",
        "email": "hello@northlight.example",
        "brand": {"accent": "#1f4d4a", "accent_text": "#ffffff", "logo_text": "Northlight"},
        "position": "right",
        "greeting": "Questions about scalp micropigmentation? Ask here.",
        "strings": {},
        "privacy_notice": "This chat is kept for up to 30 days ...",
        "consent": "I agree that ...",
        "contact_form": True,
    },
    "Facts": {"facts": [{"id": "F21", "section": "How long it lasts", "text": "SMP is semi-permanent."}]},
    "Lead": LEAD,
    "Leads": {"leads": [LEAD], "next": "1041"},
    "LeadPatch": {"status": "contacted", "note": "Called, will ring back."},
    "OpenQuestions": {
        "open_questions": [
            {
                "id": "q_91c0",
                "text": "Do you take cards?",
                "topic": "payment",
                "status": "open",
                "asked_at": AT,
                "waiting": {"conversation": CONVERSATION, "wanted": True, "lead": "SMP-7KQF2M", "name": "Tom Baker"},
            }
        ],
        "next": None,
    },
    "AnswerTo": {"text": "Yes, all cards.", "publish": True},
    "Taught": {
        "answer": "ca_77ab",
        "question": "Do you take cards?",
        "text": "Yes, all cards.",
        "published": True,
        "answered": ["q_91c0"],
        "conversations": [CONVERSATION],
    },
    "TakeOver": {"name": "Maya"},
    "ConversationSummary": SUMMARY,
    "Conversations": {"conversations": [SUMMARY], "next": None},
    "Alive": {"status": "alive"},
    "Ready": {
        "status": "ready",
        "parts": {"the store": True, "the model": True, "the action server": True, "telling staff": True},
    },
}
TEXTS: dict[str, str] = {
    "/metrics": 'hairline_messages_total{outcome="answered"} 1041.0\n',
    "/api/leads.csv": '\ufeff"created_at","reference","status"\r\n"2026-11-24T10:15:30+00:00","SMP-7KQF2M","new"\r\n',
    "/api/calendar.ics": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Hairline//EN\r\nEND:VCALENDAR\r\n",
}
