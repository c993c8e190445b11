-- @metadata {"version": "1.0.0", "dependencies": []}

CREATE TABLE naturezas_operacao (
  id              UUID         NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID         NOT NULL,
  cfop            CHAR(4)      NOT NULL,
  descricao       VARCHAR(200) NOT NULL,
  created_at      TIMESTAMPTZ  NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, cfop),
  CHECK (descricao <> '')
);

-- @down
DROP TABLE naturezas_operacao;
