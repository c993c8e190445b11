-- @metadata {"version": "1.1.0", "dependencies": ["vendas@>=1.1.0", "fiscal", "logistica"]}

CREATE TYPE solicitacoes_status AS ENUM ('solicitada', 'aprovada', 'recebida', 'negada');

CREATE TABLE solicitacoes (
  id              UUID                NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID                NOT NULL,
  motivo_id       UUID                NOT NULL,
  pedido_id       UUID                NOT NULL,
  status          solicitacoes_status NOT NULL,
  created_at      TIMESTAMPTZ         NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, pedido_id),
  FOREIGN KEY (organization_id, motivo_id)
    REFERENCES motivos (organization_id, id)
);

CREATE INDEX ON solicitacoes (organization_id, status);

CREATE TABLE itens_devolvidos (
  id              UUID        NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID        NOT NULL,
  solicitacao_id  UUID        NOT NULL,
  sku_id          UUID        NOT NULL,
  quantidade      INTEGER     NOT NULL,
  created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, solicitacao_id, sku_id),
  CHECK (quantidade > 0),
  FOREIGN KEY (organization_id, solicitacao_id)
    REFERENCES solicitacoes (organization_id, id) ON DELETE CASCADE
);

-- @down
DROP TABLE itens_devolvidos;
DROP TABLE solicitacoes;
DROP TYPE solicitacoes_status;
