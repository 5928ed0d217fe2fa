/** Name of the functions that the transforms call. */
export const FUNCTIONS = 'proof';

/**
 * A transform for each data set by its name, with the functions of support; `check_transforms.py`
 * has the same in Polars.
 */
export const TRANSFORMS: Readonly<Record<string, string>> = {
  flights: `
    select flight, carrier,
      try_cast(regexp_extract(tailnum, '^N([0-9]+)', 1) as integer) as tail_number,
      regexp_replace(dest, '[AEIOU]', '', 'g') as consonants,
      cast(distance as integer) as miles,
      dep_delay * 0.25::double as quarters,
      cast(time_hour as date) as day,
      vowels(carrier || dest) as vowels,
      clamped(dep_delay, -5, 60) as late
    from input
    where dep_delay is not null and regexp_matches(origin, '^(JFK|LGA)$')`,
  glosses: `
    select place, upper(pos) as pos,
      regexp_extract(gloss, '"([^"]*)"', 1) as example,
      regexp_replace(gloss, '[,;]\\s+', ' / ', 'g') as parts,
      length(gloss) as characters,
      cast(words as varchar) as words,
      vowels(gloss) as vowels,
      clamped(words, 2, 20) as few
    from input
    where words > 1 and not regexp_matches(gloss, '^\\(')`,
  weather: `
    select origin, time_hour,
      (temp - 32) * 0.5555::double as celsius,
      cast(wind_dir as smallint) as wind_dir,
      regexp_full_match(origin, '[EJ].*') as is_east,
      cast(precip as double) as precip,
      vowels(origin) as vowels,
      clamped(temp, 32, 80) as mild
    from input
    where humid > 50 or precip > 0`,
};
