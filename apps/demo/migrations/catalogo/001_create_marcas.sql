-- @metadata {"version": "1.0.0", "dependencies": []}

CREATE TABLE marcas (
  id              UUID         NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID         NOT NULL,
  nome            VARCHAR(120) NOT NULL,
  created_at      TIMESTAMPTZ  NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, nome)
);

CREATE TABLE categorias (
  id              UUID         NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID         NOT NULL,
  nome            VARCHAR(80)  NOT NULL,
  caminho         VARCHAR(200) NOT NULL,
  created_at      TIMESTAMPTZ  NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, caminho),
  CHECK (nome <> '')
);

-- @down
DROP TABLE categorias;
DROP TABLE marcas;
