const segments = new WeakMap<object, number>()

/** Notes beside a server's error in which segment of its batch it came. */
export function noteFailedSegment(error: object, segment: number): void {
  segments.set(error, segment)
}

/** The segments before it have taken effect. */
export function failedSegmentOf(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null ? segments.get(error) : undefined
}
