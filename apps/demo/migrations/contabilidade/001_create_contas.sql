-- @metadata {"version": "1.0.0", "dependencies": []}

CREATE TABLE contas (
  id              UUID        NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID        NOT NULL,
  codigo          VARCHAR(20) NOT NULL,
  nome            VARCHAR(80) NOT NULL,
  created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, codigo),
  CHECK (nome <> '')
);

-- @down
DROP TABLE contas;
