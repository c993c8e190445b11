-- @metadata {"version": "1.0.0", "dependencies": []}

CREATE TABLE tabelas (
  id              UUID        NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID        NOT NULL,
  nome            VARCHAR(40) NOT NULL,
  ativa           BOOLEAN     NOT NULL,
  created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, nome)
);

CREATE TABLE reajustes (
  id              UUID         NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID         NOT NULL,
  tabela_id       UUID         NOT NULL,
  percentual      NUMERIC(5,2) NOT NULL,
  motivo          VARCHAR(200) NOT NULL,
  created_at      TIMESTAMPTZ  NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  CHECK (percentual between -90 and 90),
  CHECK (motivo <> ''),
  FOREIGN KEY (organization_id, tabela_id)
    REFERENCES tabelas (organization_id, id)
);

CREATE INDEX ON reajustes (organization_id, tabela_id, created_at);

-- @down
DROP TABLE reajustes;
DROP TABLE tabelas;
