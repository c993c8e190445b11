-- @metadata {"version": "1.1.0", "dependencies": ["vendas@>=1.0.0", "pagamentos"]}

CREATE TYPE contratos_status AS ENUM ('ativo', 'pausado', 'encerrado');

CREATE TABLE contratos (
  id              UUID             NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID             NOT NULL,
  plano_id        UUID             NOT NULL,
  cliente_id      UUID             NOT NULL,
  status          contratos_status NOT NULL,
  dia_cobranca    SMALLINT         NOT NULL,
  created_at      TIMESTAMPTZ      NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  CHECK (dia_cobranca between 1 and 28),
  FOREIGN KEY (organization_id, plano_id)
    REFERENCES planos (organization_id, id)
);

CREATE INDEX ON contratos (organization_id, cliente_id);
CREATE INDEX ON contratos (organization_id, status, dia_cobranca);

CREATE TABLE faturas (
  id              UUID          NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID          NOT NULL,
  contrato_id     UUID          NOT NULL,
  competencia     DATE          NOT NULL,
  valor           NUMERIC(14,2) NOT NULL,
  paga            BOOLEAN       NOT NULL,
  created_at      TIMESTAMPTZ   NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, contrato_id, competencia),
  CHECK (valor >= 0),
  FOREIGN KEY (organization_id, contrato_id)
    REFERENCES contratos (organization_id, id) ON DELETE CASCADE
);

-- @down
DROP TABLE faturas;
DROP TABLE contratos;
DROP TYPE contratos_status;
