"""Validation errors in the words of the API's own readers, without Python's terms."""

from typing import Final

OBJECT: Final = "This must be an object."
LIST: Final = "This must be a list."
WHOLE: Final = "This must be a whole number."
NUMBER: Final = "This must be a number."
FLAG: Final = "This must be true or false."
STRING: Final = "This must be a string."
NO_SUCH_FIELD: Final = "There is no such field."

_WORDS: Final = {
    "model_attributes_type": OBJECT,
    "model_type": OBJECT,
    "dict_type": OBJECT,
    "list_type": LIST,
    "string_type": STRING,
    "int_type": WHOLE,
    "int_parsing": WHOLE,
    "int_from_float": WHOLE,
    "float_type": NUMBER,
    "float_parsing": NUMBER,
    "bool_type": FLAG,
    "bool_parsing": FLAG,
    "uuid_parsing": "This must be an id, a UUID.",
    "missing": "This field is missing.",
    "extra_forbidden": NO_SUCH_FIELD,
}
"""By pydantic's name for the kind of error."""


def fault_text(kind: str, message: str) -> str:
    """Return a sentence for a kind of error. pydantic puts words of its own before a validator's `message`."""
    if kind in _WORDS:
        return _WORDS[kind]
    text = message.removeprefix("Value error, ")
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "?", "!")) else ".")
