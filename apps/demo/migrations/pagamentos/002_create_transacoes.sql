-- @metadata {"version": "1.1.0", "dependencies": ["vendas@>=1.1.0", "financeiro"]}

CREATE TYPE transacoes_status AS ENUM ('aprovada', 'recusada', 'pendente');

CREATE TABLE transacoes (
  id              UUID              NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID              NOT NULL,
  meio_id         UUID              NOT NULL,
  pedido_id       UUID              NOT NULL,
  valor           NUMERIC(14,2)     NOT NULL,
  parcelas        SMALLINT          NOT NULL,
  status          transacoes_status NOT NULL,
  nsu             VARCHAR(20)       NOT NULL,
  created_at      TIMESTAMPTZ       NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, nsu),
  CHECK (valor >= 0),
  CHECK (parcelas between 1 and 24),
  FOREIGN KEY (organization_id, meio_id)
    REFERENCES meios (organization_id, id)
);

CREATE INDEX ON transacoes (organization_id, pedido_id);
CREATE INDEX ON transacoes (organization_id, status, created_at);

CREATE TABLE estornos (
  id              UUID          NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID          NOT NULL,
  transacao_id    UUID          NOT NULL,
  valor           NUMERIC(14,2) NOT NULL,
  motivo          VARCHAR(200)  NOT NULL,
  created_at      TIMESTAMPTZ   NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  CHECK (valor >= 0),
  CHECK (motivo <> ''),
  FOREIGN KEY (organization_id, transacao_id)
    REFERENCES transacoes (organization_id, id)
);

CREATE INDEX ON estornos (organization_id, transacao_id);

-- @down
DROP TABLE estornos;
DROP TABLE transacoes;
DROP TYPE transacoes_status;
