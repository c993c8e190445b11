-- @metadata {"version": "1.0.0", "dependencies": []}

CREATE TABLE contas_bancarias (
  id              UUID        NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID        NOT NULL,
  banco           VARCHAR(60) NOT NULL,
  agencia         VARCHAR(10) NOT NULL,
  conta           VARCHAR(20) NOT NULL,
  created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, banco, agencia, conta),
  CHECK (banco <> ''),
  CHECK (agencia <> ''),
  CHECK (conta <> '')
);

CREATE TABLE despesas (
  id              UUID          NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID          NOT NULL,
  descricao       VARCHAR(200)  NOT NULL,
  valor           NUMERIC(14,2) NOT NULL,
  vencimento      DATE          NOT NULL,
  paga            BOOLEAN       NOT NULL,
  created_at      TIMESTAMPTZ   NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  CHECK (descricao <> ''),
  CHECK (valor >= 0)
);

-- @down
DROP TABLE despesas;
DROP TABLE contas_bancarias;
