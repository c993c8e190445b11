/** Which way bytes go, seen from the proxy. */
export type Direction = 'toServer' | 'toClient'

/** What a direction of the network does at present. */
export interface NetworkConditions {
  /** Bytes are held back until it is `false` again. */
  blackHole: boolean
  /** Milliseconds, fractions allowed. */
  delayMs: number
  bytesPerSecond: number
}

/** A network that does nothing to what passes. */
export function healthyNetwork(): NetworkConditions {
  return { blackHole: false, delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY }
}
