-- @metadata {"version": "1.1.0", "dependencies": ["vendas@>=1.1.0"]}

CREATE TABLE resgates (
  id              UUID          NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID          NOT NULL,
  cupom_id        UUID          NOT NULL,
  pedido_id       UUID          NOT NULL,
  desconto        NUMERIC(14,2) NOT NULL,
  created_at      TIMESTAMPTZ   NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  -- An order takes one coupon.
  UNIQUE (organization_id, pedido_id),
  CHECK (desconto >= 0),
  FOREIGN KEY (organization_id, cupom_id)
    REFERENCES cupons (organization_id, id)
);

CREATE INDEX ON resgates (organization_id, cupom_id);

-- @down
DROP TABLE resgates;
