"""Scene + Trajectory -> Frame, by interchangeable back ends over one scene description."""
