import { formatBytes, formatCount } from './format-figures.ts';
import type { StageFigures, StageProgress } from './progress-meter.ts';

const BAR_CELLS = 20;

/** Seconds as `1:05`, or `2:03:04`. */
export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const tail = `${String(whole % 60).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

/** Share of a stage that is done, from 0 to 1. */
export function shareOf({ done, total }: StageProgress): number {
  return total === 0 ? 0 : Math.min(1, done / total);
}

/** A bar of a stage. */
export function progressBar(stage: StageProgress): string {
  const full = Math.round(shareOf(stage) * BAR_CELLS);
  return '▓'.repeat(full) + '░'.repeat(BAR_CELLS - full);
}

function countText({ unit, done, total }: StageProgress): string {
  if (unit === 'bytes') return `${formatBytes(done)} of ${formatBytes(total)}`;
  return `${formatCount(done)}/${formatCount(total)} ${unit}`;
}

/** All figures of a stage, such as `812/1,863 chunks · 34.2 GB/s · 0:41 of ~1:05`. */
export function progressText(stage: StageProgress, figures: StageFigures): string {
  const { elapsedSeconds, bytesPerSecond, etaSeconds } = figures;
  const elapsed = clockText(elapsedSeconds);
  const whole = etaSeconds === null ? '' : ` of ~${clockText(elapsedSeconds + etaSeconds)}`;
  return [
    ...(stage.total === 0 ? [] : [countText(stage)]),
    ...(bytesPerSecond === null ? [] : [`${formatBytes(Math.round(bytesPerSecond))}/s`]),
    ...(stage.notes ?? []),
    `${elapsed}${whole}`,
  ].join(' · ');
}
