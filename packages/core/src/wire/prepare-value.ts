/// <reference path="./pg-utils.d.ts" />
import pgUtils from 'pg/lib/utils.js'
import { unsendableValue } from '../error/unsendable-value.js'

export type WireValue = string | Buffer | null

/** A JavaScript value as `pg` itself sends it: dates, buffers, arrays, JSON, `toPostgres`. */
export function prepareValue(value: unknown): WireValue {
  if (typeof value === 'string') return value
  try {
    // JSON has no text for some values, such as one whose `toJSON` gives undefined.
    return pgUtils.prepareValue(value) ?? null
  } catch (error) {
    unsendableValue.note(error)
    throw error
  }
}
