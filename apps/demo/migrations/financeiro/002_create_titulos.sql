-- @metadata {"version": "1.1.0", "dependencies": ["vendas@>=1.1.0"]}

CREATE TYPE titulos_status AS ENUM ('aberto', 'pago', 'cancelado');

CREATE TABLE titulos (
  id              UUID           NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID           NOT NULL,
  pedido_id       UUID           NOT NULL,
  valor           NUMERIC(14,2)  NOT NULL,
  vencimento      DATE           NOT NULL,
  status          titulos_status NOT NULL,
  created_at      TIMESTAMPTZ    NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, pedido_id),
  CHECK (valor >= 0)
);

CREATE INDEX ON titulos (organization_id, status, vencimento);

CREATE TABLE baixas (
  id              UUID          NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID          NOT NULL,
  titulo_id       UUID          NOT NULL,
  conta_id        UUID          NOT NULL,
  valor           NUMERIC(14,2) NOT NULL,
  created_at      TIMESTAMPTZ   NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, titulo_id),
  CHECK (valor >= 0),
  FOREIGN KEY (organization_id, titulo_id)
    REFERENCES titulos (organization_id, id),
  FOREIGN KEY (organization_id, conta_id)
    REFERENCES contas_bancarias (organization_id, id)
);

CREATE INDEX ON baixas (organization_id, conta_id);

COMMENT ON TABLE titulos IS 'What a customer owes for an order.';

COMMENT ON TABLE baixas IS 'What was received for a bill.';

-- @down
DROP TABLE baixas;
DROP TABLE titulos;
DROP TYPE titulos_status;
