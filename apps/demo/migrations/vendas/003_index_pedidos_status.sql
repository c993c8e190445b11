-- @metadata {"version": "1.1.1", "dependencies": []}

-- Outside a transaction: orders are placed while it is built.
CREATE INDEX CONCURRENTLY pedidos_status_created_at_idx
  ON pedidos (organization_id, status, created_at);

-- @down
DROP INDEX CONCURRENTLY pedidos_status_created_at_idx;
