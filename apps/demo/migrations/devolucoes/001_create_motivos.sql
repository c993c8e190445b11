-- @metadata {"version": "1.0.0", "dependencies": []}

CREATE TABLE motivos (
  id              UUID        NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID        NOT NULL,
  descricao       VARCHAR(80) NOT NULL,
  frete_gratis    BOOLEAN     NOT NULL,
  created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, descricao)
);

-- @down
DROP TABLE motivos;
