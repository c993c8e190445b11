-- @metadata {"version": "1.1.0", "dependencies": ["catalogo@>=1.1.0", "precos"]}

CREATE TYPE anuncios_status AS ENUM ('ativo', 'pausado', 'sem estoque');

CREATE TABLE anuncios (
  id              UUID            NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID            NOT NULL,
  canal_id        UUID            NOT NULL,
  sku_id          UUID            NOT NULL,
  preco           NUMERIC(14,2)   NOT NULL,
  status          anuncios_status NOT NULL,
  created_at      TIMESTAMPTZ     NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, canal_id, sku_id),
  CHECK (preco >= 0),
  FOREIGN KEY (organization_id, canal_id)
    REFERENCES canais (organization_id, id)
);

-- @down
DROP TABLE anuncios;
DROP TYPE anuncios_status;
