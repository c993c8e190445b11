-- @metadata {"version": "1.0.0", "dependencies": ["rh@>=1.0.0"]}

CREATE TABLE vendedores (
  id              UUID         NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID         NOT NULL,
  funcionario_id  UUID         NOT NULL,
  nome            VARCHAR(200) NOT NULL,
  percentual      NUMERIC(5,2) NOT NULL,
  created_at      TIMESTAMPTZ  NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, funcionario_id),
  CHECK (nome <> ''),
  CHECK (percentual between 0 and 30)
);

CREATE TABLE metas (
  id              UUID          NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID          NOT NULL,
  vendedor_id     UUID          NOT NULL,
  competencia     CHAR(7)       NOT NULL,
  valor           NUMERIC(14,2) NOT NULL,
  created_at      TIMESTAMPTZ   NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, vendedor_id, competencia),
  CHECK (valor >= 0),
  FOREIGN KEY (organization_id, vendedor_id)
    REFERENCES vendedores (organization_id, id)
);

-- @down
DROP TABLE metas;
DROP TABLE vendedores;
