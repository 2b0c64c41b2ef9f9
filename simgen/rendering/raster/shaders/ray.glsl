// Where a pixel looks, in the camera's frame. Compiled for LENS, whose rays are in a texture as long as a depth of 1 is
// (made by the camera's own formulas), for PARALLEL rays, and for neither: a pinhole, whose rays end at z = 1.
uniform vec4 ray_of_pixel;  // pixel -> camera x, y at z = 1: xy scale, zw shift; of a lens only the scale, on its axis

#ifdef LENS
uniform sampler2D lens_rays;  // w: 0 where the lens shows nothing
vec3 ray_at(vec2 px) { return texelFetch(lens_rays, clamp(ivec2(px + 0.5), ivec2(0), textureSize(lens_rays, 0) - 1), 0).xyz; }
#else
vec3 ray_at(vec2 px) { return vec3(px * ray_of_pixel.xy + ray_of_pixel.zw, 1.0); }
#endif

// The ray of the pixel that lies `by` pixels beside that of a known ray.
#ifdef LENS
#define RAY_BESIDE(RAY, PX, BY) ray_at((PX) + (BY))
#else
#define RAY_BESIDE(RAY, PX, BY) ((RAY) + vec3((BY) * ray_of_pixel.xy, 0.0))
#endif

#ifdef PARALLEL
vec3 ahead_of(vec3 ray) { return vec3(0.0, 0.0, 1.0); }
#define EYE_HEIGHT(RAY) (fog.z + dot(camera_up, vec3((RAY).xy, 0.0)))  // where the ray begins, see fog.glsl
#define FROM_EYE(T, RAY) (T * vec4((RAY).xy, 0.0, 1.0)).xyz
vec3 point_of(vec3 ray, float depth) { return vec3(ray.xy, depth); }
float spread_of(float depth) { return 1.0; }
#else
vec3 ahead_of(vec3 ray) { return ray; }
#define EYE_HEIGHT(RAY) fog.z
#define FROM_EYE(T, RAY) T[3].xyz
vec3 point_of(vec3 ray, float depth) { return ray * depth; }
float spread_of(float depth) { return depth; }  // how many times wider a pixel is there than at a depth of 1
#endif

// The plane of a surface, and how far the surface of another pixel lies off it: as an angle from the eye, with PARALLEL
// rays in metres; in pixels when divided by `ray_of_pixel.x`.
#ifdef PARALLEL
#define PLANE_OF(NORMAL, RAY, DEPTH) dot(NORMAL, vec3((RAY).xy, DEPTH))
#define PLANE_OVER(NORMAL, RAY, INVERSE_Z) dot(NORMAL, vec3((RAY).xy, 1.0 / (INVERSE_Z)))
#define NEAR_PLANE (4.5 * ray_of_pixel.x)
#define OFF_PLANE(NORMAL, RAY, INVERSE_Z, PLANE) (dot(NORMAL, vec3((RAY).xy, 1.0 / (INVERSE_Z))) - (PLANE))
#else
#define PLANE_OF(NORMAL, RAY, DEPTH) (dot(NORMAL, RAY) * (DEPTH))
#define PLANE_OVER(NORMAL, RAY, INVERSE_Z) (dot(NORMAL, RAY) / (INVERSE_Z))
#define NEAR_PLANE 0.008
#define OFF_PLANE(NORMAL, RAY, INVERSE_Z, PLANE) (dot(NORMAL, RAY) - (PLANE) * (INVERSE_Z))
#endif
