"""Who there is to photograph: MakeHuman's shapes and skins of all ages, sexes and origins it has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """Who it is.

    Attributes:
        shape: a name of MakeHuman's shapes.
        skin: a folder of its skins and a texture there.
        brows: number of its brows.
        eye: colour.
    """

    shape: str
    skin: str
    brows: int = 1
    eye: str = "brown"


LOOKS = {
    "african woman": Look(
        "african-female-young", "young_african_female/textures/young_darkskinned_female_diffuse.png", 2
    ),
    "african man": Look(
        "african-male-young", "young_african_male/textures/young_darkskinned_male_diffuse.png", 3
    ),
    "old african man": Look(
        "african-male-old", "old_african_male/textures/old_darkskinned_male_diffuse.png", 4
    ),
    "older african woman": Look(
        "african-female-young",
        "middleage_african_female/textures/middleage_darkskinned_female_diffuse.png",
        5,
    ),
    "asian woman": Look(
        "asian-female-young", "young_asian_female/textures/young_lightskinned_female_diffuse3.png", 2
    ),
    "asian man": Look(
        "asian-male-young", "young_asian_male/textures/young_lightskinned_male_diffuse3.png", 1
    ),
    "older asian woman": Look(
        "asian-female-young", "middleage_asian_female/textures/middleage_lightskinned_female_diffuse2.png", 4
    ),
    "old asian man": Look("asian-male-old", "old_asian_male/textures/old_lightskinned_male_diffuse2.png", 3),
    "european woman": Look(
        "caucasian-female-young",
        "young_caucasian_female/textures/young_lightskinned_female_diffuse.png",
        4,
        "blue",
    ),
    "european man": Look(
        "caucasian-male-young",
        "young_caucasian_male/textures/young_lightskinned_male_diffuse.png",
        5,
        "green",
    ),
    "old european woman": Look(
        "caucasian-female-old", "old_caucasian_female/textures/old_lightskinned_female_diffuse.png", 2, "grey"
    ),
    "older european man": Look(
        "caucasian-male-young",
        "middleage_caucasian_male/textures/middleage_lightskinned_male_diffuse.png",
        3,
        "brownlight",
    ),
}
