import type { ClientConfig } from 'pg'
import type { DatabaseOptions } from './database-options.js'
import { type AddressChange, changedAddress } from './login-address.js'

/**
 * How `pg` reaches the server of a configuration, as the administrator unless another login is
 * given: what its `ssl` asks for outranks an `sslmode` in its address.
 *
 * @example
 * const client = new pg.Client(serverAddress({ connectionString, ssl: true }))
 */
export function serverAddress(
  { connectionString, ssl }: Pick<DatabaseOptions, 'connectionString' | 'ssl'>,
  login?: AddressChange['login'],
): Pick<ClientConfig, 'connectionString' | 'ssl' | 'options'> {
  const tls = ssl === undefined ? {} : { ssl }
  if (connectionString === undefined) return tls
  const isOn = ssl !== undefined && ssl !== false
  const address = changedAddress(connectionString, { tls: isOn, ...(login && { login }) })
  return { connectionString: address.connectionString, ...tls, options: address.startupOptions }
}
