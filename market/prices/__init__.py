"""Price monitoring (价格监测): what units of work cost by task, unit, region and month."""
