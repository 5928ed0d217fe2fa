/** Functions for `transform.sql`, as `"transform": { "sql": …, "functions": "clean" }` has them. */

/** Words with capital letters at their begin, and one blank between them. */
export const tidy_name = {
  parameters: ['VARCHAR'],
  returns: 'VARCHAR',
  apply(text: string): string | null {
    const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const named = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1));
    return named.length > 0 ? named.join(' ') : null;
  },
};

/** Kilometers between two places, each given by latitude and longitude in degrees. */
export const distance_km = {
  parameters: ['DOUBLE', 'DOUBLE', 'DOUBLE', 'DOUBLE'],
  returns: 'DOUBLE',
  apply(latitude: number, longitude: number, toLatitude: number, toLongitude: number): number {
    const radians = (degrees: number) => (degrees * Math.PI) / 180;
    const half = (from: number, to: number) => Math.sin(radians(to - from) / 2) ** 2;
    const across = Math.cos(radians(latitude)) * Math.cos(radians(toLatitude));
    const part = half(latitude, toLatitude) + across * half(longitude, toLongitude);
    return 2 * 6371.0088 * Math.asin(Math.sqrt(Math.min(1, part)));
  },
};
