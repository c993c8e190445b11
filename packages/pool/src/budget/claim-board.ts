import type { ProcessClaim } from './process-claim.js'

/** Where processes publish what they claim, and read what the others do. */
export interface ClaimBoard {
  /**
   * Opens it; the claim is published before anything is read.
   * @param onLost called when it was lost later, and with it the claim
   * @returns places that the server has for all
   */
  open(claim: ProcessClaim, onLost: () => void): Promise<number>
  /**
   * Publishes the claim, then reads those of the others: whoever publishes later will see it.
   */
  exchange(claim: ProcessClaim): Promise<readonly ProcessClaim[]>
  /** Takes the claim back. Idempotent; never rejects. */
  close(): Promise<void>
}
