terraform {
  required_version = ">= 1.7"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 6.0"
    }
  }
}

# Region and credentials as every AWS tool finds them: AWS_REGION, AWS_PROFILE and so on.
provider "aws" {}
