"""Word lists for `nlu.entities`: given names of many countries, and words that are never a name by themselves.

The list of names only helps where a name has no other sign (lower case after "I'm", a message of one word); a name
that is not in it is found by what stands around it.
"""

from __future__ import annotations

from typing import FrozenSet

from nlu.words import read_words

GIVEN_NAMES: FrozenSet[str] = read_words("given_names")
PARTICLES: FrozenSet[str] = read_words("name_particles")
TITLES: FrozenSet[str] = read_words("titles")
NOT_NAMES: FrozenSet[str] = read_words("not_names")
