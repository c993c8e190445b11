-- @metadata {"version": "1.0.0", "dependencies": []}

CREATE TABLE meios (
  id              UUID         NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID         NOT NULL,
  nome            VARCHAR(40)  NOT NULL,
  taxa            NUMERIC(6,4) NOT NULL,
  created_at      TIMESTAMPTZ  NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, nome),
  CHECK (taxa between 0 and 1)
);

-- @down
DROP TABLE meios;
