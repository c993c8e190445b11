-- @metadata {"version": "1.1.0", "dependencies": ["vendas@>=1.1.0"]}

CREATE TYPE lancamentos_status AS ENUM ('previsto', 'pago', 'estornado');

CREATE TABLE lancamentos (
  id              UUID               NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID               NOT NULL,
  vendedor_id     UUID               NOT NULL,
  pedido_id       UUID               NOT NULL,
  valor           NUMERIC(14,2)      NOT NULL,
  status          lancamentos_status NOT NULL,
  created_at      TIMESTAMPTZ        NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, pedido_id),
  CHECK (valor >= 0),
  FOREIGN KEY (organization_id, vendedor_id)
    REFERENCES vendedores (organization_id, id)
);

CREATE INDEX ON lancamentos (organization_id, vendedor_id, status);

-- @down
DROP TABLE lancamentos;
DROP TYPE lancamentos_status;
