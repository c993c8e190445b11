/// <reference path="./pg-utils.d.ts" />
import pgUtils from 'pg/lib/utils.js'

export type WireValue = string | Buffer | null

/** A JavaScript value as `pg` itself sends it: dates, buffers, arrays, JSON, `toPostgres`. */
export function prepareValue(value: unknown): WireValue {
  return typeof value === 'string' ? value : pgUtils.prepareValue(value)
}
