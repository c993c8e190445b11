/** A connection as the kernel sees it: something that opens, breaks and ends. */
export interface PhysicalConnection {
  /** Whether it can serve nobody any more. */
  readonly broken: boolean
  /** Ends it in good order; resolves when its backend is gone, and never rejects. */
  end(): Promise<void>
  /** Cuts it, whatever it is at; resolves when its backend is gone, and never rejects. */
  destroy(): Promise<void>
}

export interface Connector<Connection extends PhysicalConnection> {
  /**
   * Opens one. The signal ends the attempt; where this rejects, nothing is left open.
   * @param onGone to be called when the connection was lost, with what it was lost by
   * @throws UnfitConnection where the server let it in and something else was wrong with it
   */
  connect(signal: AbortSignal, onGone: (error?: unknown) => void): Promise<Connection>
  /** Asked when the server refused the password (28P01); true when that was mended. */
  heal?(): Promise<boolean>
}
