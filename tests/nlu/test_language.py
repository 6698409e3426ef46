"""Only messages that are surely in another language are called so."""

import pytest

from nlu.language import detect


@pytest.mark.parametrize(
    "text",
    ["¿Cuánto cuesta el tratamiento?", "wie lange hält das ungefähr", "est-ce que ça fait mal", "czy to boli?", "Сколько стоит процедура?",  # noqa: E501
     "多少钱一次？", "هل العملية مؤلمة؟", "bhai kitna kharcha aayega iska", "quanto custa o tratamento", "hoeveel kost het"],  # noqa: E501
)  # fmt: skip
def test_other_languages_are_noticed(text: str) -> None:
    assert detect(text) == "other"


@pytest.mark.parametrize(
    "text",
    ["how much is it", "hwo mcuh si ti", "José Luis García", "Nguyen Thi Lan", "van der Berg, Pieter", "李雷", "Иван Петров", "my name is محمد علي",  # noqa: E501
     "alopecia areata totalis", "whit's it gonnae set me back?", "asdf qwer zxcv", "", "07700 900123", "my name is Juan de la Cruz", "does FUE leave a scar?"],  # noqa: E501
)  # fmt: skip
def test_names_slips_and_latin_words_stay_english(text: str) -> None:
    assert detect(text) == "en"
