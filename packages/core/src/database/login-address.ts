/** What of an address is changed for a connection. */
export interface AddressChange {
  /** Who logs in, in place of the address's own login. */
  readonly login?: { readonly user: string; readonly password: string }
  /** Whether the configuration asks for TLS, which the address must not weaken. */
  readonly tls?: boolean
}

/** Parameters by which an address switches TLS, or the checking of its certificate, off. */
const TLS_SWITCHES = ['sslmode', 'ssl', 'uselibpqcompat'] as const

/**
 * The address with a change, and the start-up options that stood in it: as parameters both would
 * outrank what is given beside the address.
 */
export function changedAddress(
  connectionString: string,
  { login, tls = false }: AddressChange,
): { readonly connectionString: string; readonly startupOptions: string | undefined } {
  const url = parsed(connectionString)
  const { searchParams } = url
  if (login !== undefined) {
    url.username = ''
    url.password = ''
    // As parameters: an address without a host, of a Unix socket, takes no login before it.
    searchParams.set('user', login.user)
    searchParams.set('password', login.password)
  }
  if (tls) for (const name of TLS_SWITCHES) searchParams.delete(name)
  const startupOptions = searchParams.get('options') ?? undefined
  searchParams.delete('options')
  return { connectionString: url.href, startupOptions }
}

/** As `pg` reads it: `postgresql://user@/database` has the host of the environment. */
function parsed(connectionString: string): URL {
  if (URL.canParse(connectionString)) return new URL(connectionString)
  const url = new URL(connectionString.replace('@/', '@localhost/'))
  const { PGHOST } = process.env
  if (!url.searchParams.has('host') && PGHOST) url.searchParams.set('host', PGHOST)
  return url
}
