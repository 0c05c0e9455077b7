const [WIDTH, HEIGHT] = [120, 28];
/** A line of nothing much is not made to look like much. */
const LEAST_TOP = 10;

/** How something went of late. `most`: how many samples fill it. */
export const Sparkline = ({ samples, most }: { samples: readonly number[]; most: number }) => {
  const top = Math.max(LEAST_TOP, ...samples);
  const first = most - samples.length;
  const points = samples.map((sample, i) => {
    const x = ((first + i) / Math.max(1, most - 1)) * WIDTH;
    return `${x.toFixed(1)},${(HEIGHT - 1 - (sample / top) * (HEIGHT - 2)).toFixed(1)}`;
  });
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <polyline points={points.join(' ')} />
    </svg>
  );
};
