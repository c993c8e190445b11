-- @metadata {"version": "1.0.0", "dependencies": []}

CREATE TABLE depositos (
  id              UUID         NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID         NOT NULL,
  nome            VARCHAR(120) NOT NULL,
  uf              CHAR(2)      NOT NULL,
  created_at      TIMESTAMPTZ  NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  CHECK (nome <> '')
);

-- @down
DROP TABLE depositos;
