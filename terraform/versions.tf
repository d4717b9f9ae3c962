terraform {
  # Running the tests needs 1.11, the version they are run with; test.sh says so.
  required_version = ">= 1.7"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 6.0"
    }
  }
}
