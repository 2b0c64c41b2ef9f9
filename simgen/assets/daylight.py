"""How much light the sun and a clear sky give, by the sun's elevation: day, dusk and night, in lux."""

from __future__ import annotations

from math import degrees, exp, radians, sin

import numpy as np

from simgen.colour import LUMINANCE_RGB
from simgen.geometry import Vec3, vec3

# On a plane facing the sun (IES RP-21, Calculation of Daylight Availability)
EXTRATERRESTRIAL_LUX = 128_000.0
STARLIGHT_LUX = 6.4e-4  # stars and airglow, moonless: the end of the table below

# Elevation in degrees from which each row holds, and a polynomial of elevation / 90 degrees for the decimal logarithm
# of the lux on a level plane under a clear sky (Janiczek and DeYoung, "Computer programs for sun and moon illuminance",
# U.S. Naval Observatory Circular 171, 1987). Below the horizon all of it comes from the sky.
_TWILIGHT = (
    (-0.8, (2.88, 22.26, -207.64, 1034.30)),
    (-5.0, (2.88, 21.81, -258.11, -858.36)),
    (-12.0, (2.70, 12.17, -431.69, -1899.83)),
    (-18.0, (13.84, 262.72, 1447.42, 2797.93)),
)
_SKY_AT_HORIZON_LUX, _SKY_RISE_LUX = 800.0, 15_500.0  # clear sky: IES RP-21
# Optical depth of the air at the zenith for each unit of turbidity, so that 2.1 gives IES RP-21's 0.21 of a clear day.
_DEPTH_BY_TURBIDITY = 0.098


def beam_lux(sun_elevation_rad: float, turbidity: float) -> float:
    """Return the illuminance of the sun on a plane facing it; 0 below the horizon."""
    if sun_elevation_rad <= 0:
        return 0.0
    rising = min(degrees(sun_elevation_rad) / 0.5, 1.0)  # half of the disc is up at 0 degrees: assumed
    depth = _DEPTH_BY_TURBIDITY * turbidity * air_mass(sun_elevation_rad)
    return EXTRATERRESTRIAL_LUX * exp(-depth) * rising


def sky_lux(sun_elevation_rad: float) -> float:
    """Return the illuminance of a clear sky without the sun, the moon and cities on a level plane."""
    if sun_elevation_rad >= 0:
        return _SKY_AT_HORIZON_LUX + _SKY_RISE_LUX * sin(sun_elevation_rad) ** 0.5
    elevation_deg = degrees(sun_elevation_rad)
    for lowest_deg, polynomial in _TWILIGHT:
        if elevation_deg >= lowest_deg:
            # Scaled to join the daytime formula, which differs by 5 % at the horizon.
            ratio = _SKY_AT_HORIZON_LUX / 10 ** _TWILIGHT[0][1][0]
            return float(10 ** np.polynomial.polynomial.polyval(elevation_deg / 90, polynomial)) * ratio
    return STARLIGHT_LUX


def air_mass(elevation_rad: float) -> float:
    """Return the length of the way through the air in zenith ways (Kasten and Young, Applied Optics 28, 1989)."""
    degrees_up = max(degrees(elevation_rad), 0.0)
    return 1 / (sin(radians(degrees_up)) + 0.50572 * (degrees_up + 6.07995) ** -1.6364)


def beam_color(sun_elevation_rad: float, turbidity: float) -> Vec3:
    """Return the linear colour, luminance 1, that the air leaves of white sunlight.

    Rayleigh and aerosol depths as in Preetham, Shirley and Smits, "A practical analytic model for daylight", SIGGRAPH
    1999, appendix A.1, at one wavelength for each primary; sunlight itself is taken for the white of sRGB.
    """
    wavelengths_um = np.array([0.610, 0.550, 0.465])
    rayleigh = 0.008735 * wavelengths_um**-4.08
    aerosol = max(0.04608 * turbidity - 0.04586, 0.0) * wavelengths_um**-1.3
    rgb = np.exp(-(rayleigh + aerosol) * air_mass(sun_elevation_rad))
    return vec3(rgb / (rgb @ LUMINANCE_RGB))
