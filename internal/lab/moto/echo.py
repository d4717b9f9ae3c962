"""Lambda and EC2: give Terraform back what it wrote, so that its second plan is empty."""

import moto.awslambda.models as lambda_models
import moto.ec2.models.launch_templates as template_models

_ECHOED = ("DeadLetterConfig", "LoggingConfig")
_Function = lambda_models.LambdaFunction
_init_function, _get_configuration, _update_configuration = (
    _Function.__init__, _Function.get_configuration, _Function.update_configuration)


def init_function(self, account_id, spec, region, version=1):
    # stock: DeadLetterConfig and LoggingConfig are dropped.
    _init_function(self, account_id, spec, region, version)
    self.echoed = {field: spec[field] for field in _ECHOED if spec.get(field)}


def update_configuration(self, update):
    self.echoed.update({field: update[field] for field in _ECHOED if update.get(field)})
    return _update_configuration(self, update)


def get_configuration(self, *args, **kwargs):
    return {**_get_configuration(self, *args, **kwargs), **getattr(self, "echoed", {})}


_Function.__init__ = init_function
_Function.update_configuration = update_configuration
_Function.get_configuration = get_configuration

_init_version = template_models.LaunchTemplateVersion.__init__


def init_version(self, template, number, data, description):
    # stock: the provider's default_tags on the template leak into its data.
    tags = [t for t in data.pop("TagSpecifications", []) if t.get("ResourceType") != "launch-template"]
    if tags:
        data["TagSpecifications"] = tags
    _init_version(self, template, number, data, description)


template_models.LaunchTemplateVersion.__init__ = init_version
