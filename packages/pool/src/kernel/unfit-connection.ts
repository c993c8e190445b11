/** The server let the connection in; what its user does with every new one failed. */
export class UnfitConnection extends Error {
  /** @param reason what the caller is told */
  constructor(reason: unknown) {
    super('A new connection did not pass.', { cause: reason })
  }
}
