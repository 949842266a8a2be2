"""Keys and a second tenant, as the API's tests make them."""

from tests.api.conftest import make_key, other_tenant

__all__ = ["make_key", "other_tenant"]
