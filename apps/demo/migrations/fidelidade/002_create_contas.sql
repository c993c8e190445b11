-- @metadata {"version": "1.1.0", "dependencies": ["vendas@>=1.0.0"]}

CREATE TABLE contas (
  id              UUID        NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID        NOT NULL,
  nivel_id        UUID        NOT NULL,
  cliente_id      UUID        NOT NULL,
  saldo           INTEGER     NOT NULL,
  created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, cliente_id),
  CHECK (saldo >= 0),
  FOREIGN KEY (organization_id, nivel_id)
    REFERENCES niveis (organization_id, id)
);

CREATE INDEX ON contas (organization_id, nivel_id);
CREATE INDEX ON contas (organization_id, saldo);

CREATE TYPE lancamentos_motivo AS ENUM ('compra', 'resgate', 'bonus');

CREATE TABLE lancamentos (
  id              UUID               NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID               NOT NULL,
  conta_id        UUID               NOT NULL,
  motivo          lancamentos_motivo NOT NULL,
  pontos          INTEGER            NOT NULL,
  created_at      TIMESTAMPTZ        NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  CHECK (pontos <> 0),
  FOREIGN KEY (organization_id, conta_id)
    REFERENCES contas (organization_id, id) ON DELETE CASCADE
);

CREATE INDEX ON lancamentos (organization_id, conta_id, created_at);

-- @down
DROP TABLE lancamentos;
DROP TABLE contas;
DROP TYPE lancamentos_motivo;
