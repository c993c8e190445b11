-- @metadata {"version": "1.0.0", "dependencies": []}

CREATE TABLE fornecedores (
  id              UUID         NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID         NOT NULL,
  razao_social    VARCHAR(200) NOT NULL,
  cnpj            CHAR(14)     NOT NULL,
  prazo_dias      SMALLINT     NOT NULL,
  created_at      TIMESTAMPTZ  NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, cnpj),
  CHECK (razao_social <> ''),
  CHECK (prazo_dias > 0)
);

-- @down
DROP TABLE fornecedores;
