-- @metadata {"version": "1.1.0", "dependencies": ["catalogo@>=1.1.0"]}

CREATE TABLE itens (
  id              UUID          NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID          NOT NULL,
  tabela_id       UUID          NOT NULL,
  sku_id          UUID          NOT NULL,
  preco           NUMERIC(14,2) NOT NULL,
  custo           NUMERIC(14,2) NOT NULL,
  created_at      TIMESTAMPTZ   NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, tabela_id, sku_id),
  CHECK (preco >= 0),
  CHECK (custo >= 0),
  FOREIGN KEY (organization_id, tabela_id)
    REFERENCES tabelas (organization_id, id) ON DELETE CASCADE
);

-- @down
DROP TABLE itens;
