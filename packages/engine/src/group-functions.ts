/**
 * Aggregates of DuckDB whose value follows from the rows of a group and their order: no sketches,
 * and no samples.
 */
const AGGREGATE_GROUPS = [
  'any_value arbitrary arg_max arg_max_null arg_min arg_min_null argmax argmin array_agg avg',
  'bit_and bit_or bit_xor bool_and bool_or corr count count_if count_star countif covar_pop',
  'covar_samp entropy favg first fsum group_concat histogram kahan_sum kurtosis kurtosis_pop last',
  'list listagg mad max max_by mean median min min_by mode product quantile quantile_cont',
  'quantile_disc regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx',
  'regr_sxy regr_syy sem skewness stddev stddev_pop stddev_samp string_agg sum sumkahan var_pop',
  'var_samp variance',
];

const WINDOW_GROUPS = [
  'cume_dist dense_rank fill first_value lag last_value lead nth_value ntile percent_rank rank',
  'rank_dense row_number',
];

function namesOf(groups: readonly string[]): ReadonlySet<string> {
  return new Set(groups.flatMap((group) => group.split(' ')));
}

/** Names of functions that may gather the rows of a key. */
export const AGGREGATES: ReadonlySet<string> = namesOf(AGGREGATE_GROUPS);

/** Names of functions that may stand before OVER. */
export const WINDOWS: ReadonlySet<string> = namesOf([...AGGREGATE_GROUPS, ...WINDOW_GROUPS]);
