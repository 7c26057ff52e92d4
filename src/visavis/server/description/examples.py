"""An example of each request's body, by the name of its schema in the OpenAPI description."""

from __future__ import annotations

from typing import Any

EXAMPLES: dict[str, dict[str, Any]] = {
    "CreateConversation": {
        "persona_id": "p-vera",
        "conversation_name": "A first call",
        "custom_greeting": "Hello! What shall we talk about?",
        "properties": {"max_call_duration": 600},
    },
    "PersonaBody": {
        "persona_name": "Nina",
        "system_prompt": "You are Nina, who helps people choose a bicycle.",
        "greeting": "Hi, I'm Nina. Where do you like to ride?",
        "default_replica_id": "r-drawn-vera",
        "layers": {"conversational_flow": {"turn_taking_patience": "high"}},
    },
    "ObjectivesBody": {
        "name": "Intake",
        "data": [
            {
                "objective_name": "get_name",
                "objective_prompt": "Learn what the person is called.",
                "output_variables": ["first_name"],
                "next_required_objective": "get_reason",
            },
            {"objective_name": "get_reason", "objective_prompt": "Learn why they call."},
        ],
    },
    "GuardrailBody": {
        "guardrail_name": "no_medical_advice",
        "guardrail_prompt": "Never give medical advice.",
        "tags": ["health"],
    },
    "DocumentBody": {
        "document_url": "https://example.org/manual.pdf",
        "document_name": "Manual",
        "tags": ["support"],
    },
    "DictionaryBody": {
        "name": "Databases",
        "rules": [
            {"text": "SQL", "pronunciation": "sequel", "type": "alias"},
            {"text": "Ghent", "pronunciation": "ɡɛnt", "type": "ipa", "case_sensitive": True},
        ],
    },
}
