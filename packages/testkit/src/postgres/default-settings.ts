/** Fast and forgetful, ready for logical decoding and for two-phase commit attacks. */
export const DEFAULT_SETTINGS: Readonly<Record<string, string | number | boolean>> = {
  fsync: false,
  full_page_writes: false,
  max_connections: 200,
  max_locks_per_transaction: 256,
  max_prepared_transactions: 10,
  max_replication_slots: 20,
  max_wal_senders: 20,
  password_encryption: 'scram-sha-256',
  shared_buffers: '128MB',
  timezone: 'UTC',
  wal_level: 'logical',
}
