import { PassingSession } from './faulty-session.fixture.js'
import { cleaning, type Fault, sessions } from './faulty-source.fixture.js'

export const residueFaults: readonly Fault[] = [
  {
    name: 'leaks the role',
    fails: 'resets the role',
    wrap: cleaning('settings', 'reset all; select pg_advisory_unlock_all()'),
  },
  {
    name: 'leaks settings',
    fails: 'resets settings, those of the customer too',
    wrap: cleaning('settings', 'reset role; select pg_advisory_unlock_all()'),
  },
  {
    name: 'leaks advisory locks with the settings',
    fails: 'releases advisory locks with the settings',
    wrap: cleaning('settings', 'reset all; reset role'),
  },
  {
    name: 'does not clean behind a transaction',
    fails: 'cleans up after a borrower whose transaction failed',
    wrap: sessions((inner) => {
      const passing = new PassingSession(inner)
      return Object.assign(passing, {
        leaves: (residue: 'none' | 'settings' | 'anything') => {
          if (inner.transactionStatus === 'idle') inner.leaves(residue)
        },
      })
    }),
  },
  {
    name: 'keeps prepared statements',
    fails: 'drops prepared statements where anything may be left',
    wrap: cleaning(
      'anything',
      'close all; unlisten *; select pg_advisory_unlock_all(); discard temp; reset all',
    ),
  },
  {
    name: 'keeps temporary tables',
    fails: 'drops temporary tables and cursors where anything may be left',
    wrap: cleaning(
      'anything',
      'deallocate all; close all; unlisten *; select pg_advisory_unlock_all(); reset all',
    ),
  },
  {
    name: 'keeps advisory locks',
    fails: 'releases advisory locks where anything may be left',
    wrap: cleaning('anything', 'deallocate all; close all; unlisten *; discard temp; reset all'),
  },
  {
    name: 'goes on listening',
    fails: 'stops listening where anything may be left',
    wrap: cleaning(
      'anything',
      'deallocate all; close all; select pg_advisory_unlock_all(); discard temp; reset all',
    ),
  },
  {
    name: 'does not know that its prepared statements are gone',
    fails: 'knows that its own prepared statements are gone, too',
    wrap: cleaning(
      'anything',
      `close all; unlisten *; select pg_advisory_unlock_all(); discard temp; reset all;
       do $$ begin execute 'deallocate all'; end $$`,
    ),
  },
]
