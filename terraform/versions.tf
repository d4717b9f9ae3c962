terraform {
  # 1.7 brought mock_provider, which the tests stand on; the module itself would do with 1.5 (strcontains).
  required_version = ">= 1.7"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 6.0"
    }
  }
}
